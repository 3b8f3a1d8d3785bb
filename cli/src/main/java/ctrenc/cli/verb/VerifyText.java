package ctrenc.cli.verb;

import ctrenc.cli.text.Human;
import ctrenc.cli.text.Json;
import ctrenc.proto.v1.VerifyFinding;
import ctrenc.proto.v1.VerifyResponse;
import ctrenc.proto.v1.VerifySummary;
import java.io.IOException;

/** What a verification tells, as text or as an object a line. */
final class VerifyText {
  private final boolean json;
  private long findings;

  VerifyText(boolean json) {
    this.json = json;
  }

  boolean isSound() {
    return findings == 0;
  }

  String add(VerifyResponse response) {
    if (response.hasFinding()) {
      findings++;
      VerifyFinding finding = response.getFinding();
      return (json ? Json.object(finding, VerifyText::fields) : line(finding)) + "\n";
    }
    VerifySummary summary = response.getSummary();
    return json ? Json.object(summary, this::fields) + "\n" : text(summary);
  }

  static String line(VerifyFinding finding) {
    String what = finding.getFile().isEmpty() ? finding.getSubject() : finding.getFile();
    String where =
        (finding.getLayer().isEmpty() ? "" : " of layer " + finding.getLayer())
            + (finding.getInode() == 0 ? "" : ", inode " + finding.getInode());
    return "%s: %s%s: %s".formatted(finding.getKind(), what, where, finding.getReason());
  }

  private String text(VerifySummary summary) {
    String locked =
        summary.getLocked() == 0
            ? ""
            : "; the seals of %d layers were not verified: their keys are not in memory"
                .formatted(summary.getLocked());
    return "%s verified, %d findings%s%n"
        .formatted(Human.size(summary.getBytes()), findings, locked);
  }

  static void fields(Json json, VerifyFinding finding) throws IOException {
    json.field("finding", finding.getKind())
        .field("layer", finding.getLayer())
        .field("subject", finding.getSubject())
        .field("inode", finding.getInode(), finding.getInode() != 0)
        .field("file", finding.getFile())
        .field("reason", finding.getReason());
  }

  private void fields(Json json, VerifySummary summary) throws IOException {
    json.field("verifiedBytes", summary.getBytes())
        .field("findings", findings)
        .field("lockedLayers", summary.getLocked());
  }
}
