/** Every byte to disk passes here; fakes fail, corrupt, and lose what was not synced. */
@NullMarked
package ctrenc.overlay.storage;

import org.jspecify.annotations.NullMarked;
