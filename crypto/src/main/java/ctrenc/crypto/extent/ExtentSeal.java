package ctrenc.crypto.extent;

/**
 * What the header of a sealed extent must carry so that it can be opened again; both are public.
 *
 * @param nonce {@link ExtentFormat#NONCE} bytes, from which, with the layer key, the extent's key
 *     comes
 * @param commitment {@link ExtentFormat#COMMITMENT} bytes, by which the right key is known before
 *     anything is decrypted
 */
@SuppressWarnings("ArrayRecordComponent") // Handed over, never compared.
public record ExtentSeal(byte[] nonce, byte[] commitment) {}
