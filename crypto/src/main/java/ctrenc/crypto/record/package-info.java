/** The record cipher of a session, keyed names, and the keyed hash over all records. */
@NullMarked
package ctrenc.crypto.record;

import org.jspecify.annotations.NullMarked;
