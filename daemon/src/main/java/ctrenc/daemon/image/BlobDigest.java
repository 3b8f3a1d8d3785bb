package ctrenc.daemon.image;

import ctrenc.daemon.refusal.RefusedException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The name of a blob, which is the digest of its bytes (OCI image specification, descriptor.md,
 * "Digests").
 */
record BlobDigest(String algorithm, String hex) {

  private static final Pattern FORM =
      Pattern.compile("(sha256):([0-9a-f]{64})|(sha512):([0-9a-f]{128})");

  static BlobDigest parse(String text) throws RefusedException {
    Matcher matcher = FORM.matcher(text);
    if (!matcher.matches()) {
      throw RefusedException.invalid(
          "The image is not sound: a digest in it is neither sha256 nor sha512.");
    }
    return matcher.group(1) != null
        ? new BlobDigest("sha256", text.substring("sha256:".length()))
        : new BlobDigest("sha512", text.substring("sha512:".length()));
  }

  String path() {
    return "blobs/" + algorithm + "/" + hex;
  }

  /** {@code in}, checked when its end is read. */
  InputStream verify(InputStream in) {
    return new VerifyingStream(new DigestInputStream(in, hash()), this);
  }

  private MessageDigest hash() {
    try {
      return MessageDigest.getInstance(algorithm.equals("sha256") ? "SHA-256" : "SHA-512");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has it", e);
    }
  }

  @Override
  public String toString() {
    return algorithm + ":" + hex;
  }

  private static final class VerifyingStream extends FilterInputStream {

    private final BlobDigest wanted;
    private Optional<RefusedException> verdict = Optional.empty();
    private boolean isChecked;

    VerifyingStream(DigestInputStream in, BlobDigest wanted) {
      super(in);
      this.wanted = wanted;
    }

    @Override
    public int read() throws IOException {
      int value = in.read();
      return value < 0 ? end() : value;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      int count = in.read(target, offset, length);
      return count < 0 ? end() : count;
    }

    @Override
    public boolean markSupported() {
      return false;
    }

    private int end() throws RefusedException {
      if (!isChecked) {
        isChecked = true;
        byte[] found = ((DigestInputStream) in).getMessageDigest().digest();
        if (!HexFormat.of().formatHex(found).equals(wanted.hex())) {
          verdict =
              Optional.of(
                  RefusedException.invalid(
                      "The image is damaged: the bytes of the blob "
                          + wanted
                          + " do not match its digest."));
        }
      }
      if (verdict.isPresent()) {
        throw verdict.get();
      }
      return -1;
    }
  }
}
