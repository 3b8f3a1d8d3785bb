package ctrenc.cli.verb;

import ctrenc.cli.text.Json;
import ctrenc.proto.v1.RepairResponse;
import ctrenc.proto.v1.VerifyFinding;
import java.io.IOException;

/** What a repair tells, as text or as an object a line. */
final class RepairText {
  private final boolean json;
  private long repaired;
  private long left;

  RepairText(boolean json) {
    this.json = json;
  }

  boolean isSound() {
    return left == 0;
  }

  String add(RepairResponse response) {
    boolean isRepaired = response.hasRepaired();
    VerifyFinding finding = isRepaired ? response.getRepaired() : response.getLeft();
    repaired += isRepaired ? 1 : 0;
    left += isRepaired ? 0 : 1;
    return json
        ? Json.object(finding, (to, one) -> fields(to, one, isRepaired)) + "\n"
        : (isRepaired ? "repaired: " : "left: ") + VerifyText.line(finding) + "\n";
  }

  String end() {
    return json
        ? Json.object(this, RepairText::fields) + "\n"
        : "%d repaired, %d left%n".formatted(repaired, left);
  }

  private static void fields(Json json, VerifyFinding finding, boolean isRepaired)
      throws IOException {
    VerifyText.fields(json, finding);
    json.field("repaired", isRepaired);
  }

  private static void fields(Json json, RepairText text) throws IOException {
    json.field("repairedFindings", text.repaired).field("findings", text.left);
  }
}
