/** What is found wrong with what is stored, as values, and who takes them. */
@NullMarked
package ctrenc.overlay.audit;

import org.jspecify.annotations.NullMarked;
