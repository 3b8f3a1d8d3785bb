/**
 * Secrets that only the machine's TPM 2.0 brings out again: the few commands that takes, over a
 * channel that its caller opened.
 */
@NullMarked
package ctrenc.crypto.tpm;

import org.jspecify.annotations.NullMarked;
