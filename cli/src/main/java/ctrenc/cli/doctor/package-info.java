/** Looks at the machine: what is missing or set up wrongly, and what to do about it. */
@NullMarked
package ctrenc.cli.doctor;

import org.jspecify.annotations.NullMarked;
