package ctrenc.cli.verb;

import ctrenc.cli.text.Human;
import ctrenc.cli.text.Json;
import ctrenc.proto.v1.VerifyFinding;
import ctrenc.proto.v1.VerifyResponse;
import ctrenc.proto.v1.VerifySummary;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

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
    List<String> what = new ArrayList<>();
    if (!finding.getFile().isEmpty()) {
      what.add(finding.getFile());
    }
    if (finding.getInode() != 0) {
      int others = finding.getOtherInodes();
      what.add("inode " + finding.getInode() + (others == 0 ? "" : " and " + others + " more"));
    }
    what.add(finding.getSubject() + place(finding));
    if (!finding.getLayer().isEmpty()) {
      what.add("layer " + finding.getLayer());
    }
    return "%s: %s: %s".formatted(finding.getKind(), String.join(", ", what), finding.getReason());
  }

  /** The file of a layer is called by its name alone: the layer is told beside it. */
  private static String place(VerifyFinding finding) {
    String file = finding.getSegmentFile();
    return file.isEmpty()
        ? ""
        : " (%d bytes at %d of %s)"
            .formatted(
                finding.getLength(),
                finding.getOffset(),
                file.substring(file.lastIndexOf('/') + 1));
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
        .field("otherInodes", finding.getOtherInodes())
        .field("extent", finding.getExtent(), finding.getExtent() != 0)
        .field("segmentFile", finding.getSegmentFile())
        .field("offset", finding.getOffset(), isPlaced(finding))
        .field("length", finding.getLength(), isPlaced(finding))
        .field("reason", finding.getReason());
  }

  private static boolean isPlaced(VerifyFinding finding) {
    return !finding.getSegmentFile().isEmpty();
  }

  private void fields(Json json, VerifySummary summary) throws IOException {
    json.field("verifiedBytes", summary.getBytes())
        .field("findings", findings)
        .field("lockedLayers", summary.getLocked());
  }
}
