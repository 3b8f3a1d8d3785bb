/**
 * Every native call of the project, by java.lang.foreign; nothing else calls native code.
 *
 * <p>Names and paths are bytes without a terminating NUL, as Linux has them: they need not be valid
 * in any encoding.
 */
@NullMarked
package ctrenc.overlay.sys;

import org.jspecify.annotations.NullMarked;
