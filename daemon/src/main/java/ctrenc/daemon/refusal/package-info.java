/** Requests that cannot be done as asked, as a type whose kind says what the caller does next. */
@NullMarked
package ctrenc.daemon.refusal;

import org.jspecify.annotations.NullMarked;
