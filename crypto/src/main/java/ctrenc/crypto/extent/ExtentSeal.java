package ctrenc.crypto.extent;

/**
 * What the header of a sealed extent must carry so that it can be opened again; all of it is
 * public.
 *
 * @param suite how its chunks are cut and sealed
 * @param nonce {@link ExtentFormat#NONCE} bytes, from which, with the layer key, the extent's key
 *     comes
 * @param commitment {@link ExtentFormat#COMMITMENT} bytes, by which the right key is known before
 *     anything is decrypted
 */
@SuppressWarnings("ArrayRecordComponent") // Handed over, never compared.
public record ExtentSeal(Suite suite, byte[] nonce, byte[] commitment) {}
