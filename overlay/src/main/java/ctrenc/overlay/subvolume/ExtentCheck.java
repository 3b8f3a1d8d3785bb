package ctrenc.overlay.subvolume;

import ctrenc.overlay.extent.PlaceScan;
import ctrenc.overlay.layer.EncryptedLayer;
import ctrenc.overlay.layer.Layer;
import ctrenc.overlay.storage.UnreadableException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Counts the references to extents, layer by layer: of every layer that does not grow meanwhile and
 * whose key is in memory. Thread-safe.
 */
final class ExtentCheck {

  /** Extents that were counted, and layers that could not be. */
  record Result(long extents, int unread) {}

  private final StoreParts parts;
  private final Catalog catalog;
  private final Keyring keyring;
  private final OpenStacks open;
  private final StackOpener opener;

  ExtentCheck(
      StoreParts parts, Catalog catalog, Keyring keyring, OpenStacks open, StackOpener opener) {
    this.parts = parts;
    this.catalog = catalog;
    this.keyring = keyring;
    this.open = open;
    this.opener = opener;
  }

  Result run(List<CheckReport.Problem> problems) throws IOException {
    Set<Long> counted = new HashSet<>();
    long extents = 0;
    for (SubvolumeRecord listed : catalog.living().toList()) {
      synchronized (open.guard(listed.id())) {
        SubvolumeRecord subvolume = catalog.subvolume(listed.id()).orElse(listed.asDoomed());
        if (!subvolume.doomed() && keyring.holds(subvolume.id())) {
          extents += count(subvolume, counted, problems);
        }
      }
    }
    long encrypted =
        catalog.layers().stream()
            .filter(layer -> layer.kind() == LayerRecord.Kind.ENCRYPTED)
            .filter(layer -> !counted.contains(layer.number()))
            .count();
    return new Result(extents, (int) encrypted);
  }

  private long count(
      SubvolumeRecord subvolume, Set<Long> counted, List<CheckReport.Problem> problems)
      throws IOException {
    boolean isGrowing = open.find(subvolume.id()).isPresent();
    List<SubvolumeRecord.Level> levels = new ArrayList<>(subvolume.stack());
    if (isGrowing) {
      levels.removeFirst();
    }
    catalog.snapshotsOf(subvolume.id()).forEach(snapshot -> levels.addAll(snapshot.stack()));
    long extents = 0;
    for (SubvolumeRecord.Level level : levels) {
      LayerRecord layer = catalog.layer(level.layer());
      boolean isReadable = layer.kind() == LayerRecord.Kind.ENCRYPTED && level.hasKey();
      if (isReadable && counted.add(layer.number())) {
        extents += count(subvolume, level, layer, problems);
      }
    }
    return extents;
  }

  private long count(
      SubvolumeRecord owner,
      SubvolumeRecord.Level level,
      LayerRecord layer,
      List<CheckReport.Problem> problems)
      throws IOException {
    try {
      Layer opened = opener.acquire(owner.id(), level, 0);
      try {
        return compare((EncryptedLayer) opened, layer, problems);
      } finally {
        opener.releaseAll(List.of(layer.number()));
      }
    } catch (UnreadableException e) {
      add(problems, "layer " + layer.id(), String.valueOf(e.getMessage()));
      return 0;
    }
  }

  private long compare(EncryptedLayer opened, LayerRecord layer, List<CheckReport.Problem> problems)
      throws IOException {
    Map<Long, Long> referred = opened.extentReferences();
    Map<Long, Long> placed = PlaceScan.references(parts.meta(), layer.number());
    Set<Long> extents = new HashSet<>(placed.keySet());
    extents.addAll(referred.keySet());
    for (long extent : extents) {
      long counts = placed.getOrDefault(extent, 0L);
      long has = referred.getOrDefault(extent, 0L);
      if (counts != has) {
        String text = "It counts " + counts + " references and has " + has + ".";
        add(problems, "extent " + extent + " of layer " + layer.id(), text);
      }
    }
    return placed.size();
  }

  private static void add(List<CheckReport.Problem> problems, String subject, String text) {
    problems.add(new CheckReport.Problem(subject, text));
  }
}
