package ctrenc.daemon.image;

import ctrenc.overlay.sys.Descriptor;
import ctrenc.overlay.sys.ExtendedAttributes;
import ctrenc.overlay.sys.Ownership;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Gives an object its owner, its extended attributes and its mode, in the order that keeps all
 * three: a new owner takes away the rest.
 */
final class Metadata {

  private static final List<byte[]> KEPT =
      List.of(
          bytes("user."),
          bytes("security."),
          bytes("trusted."),
          bytes("system.posix_acl_access"),
          bytes("system.posix_acl_default"));

  /** How overlayfs marks its own; in an archive it can only be meant to deceive. */
  private static final byte[] OVERLAY = bytes("trusted.overlay.");

  private Metadata() {}

  static void apply(Descriptor object, TarMember member) throws IOException {
    Ownership.changeOwner(object, member.uid(), member.gid());
    if (!member.attributes().isEmpty()) {
      ExtendedAttributes attributes = ExtendedAttributes.of(object);
      for (TarMember.Attribute attribute : member.attributes()) {
        if (isKept(attribute.name())) {
          attributes.set(attribute.name(), attribute.value(), 0);
        }
      }
    }
    if (member.kind() != TarMember.Kind.SYMLINK) {
      Ownership.changeMode(object, member.mode());
    }
  }

  static boolean isKept(byte[] name) {
    return !startsWith(name, OVERLAY) && KEPT.stream().anyMatch(prefix -> startsWith(name, prefix));
  }

  private static boolean startsWith(byte[] name, byte[] prefix) {
    return name.length >= prefix.length
        && java.util.Arrays.equals(name, 0, prefix.length, prefix, 0, prefix.length);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
