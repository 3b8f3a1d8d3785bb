package ctrenc.cli.verb;

import ctrenc.cli.text.Human;
import ctrenc.cli.text.Json;
import ctrenc.cli.text.Table;
import ctrenc.proto.v1.Image;
import java.io.IOException;
import java.time.Instant;
import java.util.List;

/** Images as text. */
final class ImageText {
  private ImageText() {}

  static String table(List<Image> images, Instant now) {
    Table table = new Table("ID", "NAME", "FILES", "SIZE", "CREATED");
    for (Image image : images) {
      table.row(
          ContainerText.shortId(image.getId()),
          image.getName(),
          Long.toString(image.getFiles()),
          Human.size(image.getBytes()),
          Human.age(Instant.ofEpochMilli(image.getCreatedAtMillis()), now));
    }
    return table.text();
  }

  static void fields(Json json, Image image) throws IOException {
    json.field("id", image.getId())
        .field("name", image.getName())
        .field("digest", image.getDigest())
        .field("createdAt", Instant.ofEpochMilli(image.getCreatedAtMillis()))
        .field("files", image.getFiles())
        .field("bytes", image.getBytes());
  }
}
