package ctrenc.daemon.fake;

import ctrenc.overlay.subvolume.CheckReport;
import ctrenc.overlay.subvolume.Images;
import ctrenc.overlay.subvolume.Protectors;
import ctrenc.overlay.subvolume.Snapshots;
import ctrenc.overlay.subvolume.Store;
import ctrenc.overlay.subvolume.Subvolumes;
import ctrenc.overlay.subvolume.Transfers;
import ctrenc.overlay.subvolume.Upkeep;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** A store that keeps plain directories and forgets everything when it is closed. */
public final class FakeStore implements Store {

  private final FakeImages images;
  private final FakeSubvolumes subvolumes;
  private final FakeSnapshots snapshots;
  private final Protectors protectors;
  private final FakeFlattens flattens = new FakeFlattens();
  private boolean isClosed;

  public FakeStore(Path directory) throws IOException {
    images = new FakeImages(directory.resolve("images"));
    protectors = new FakeProtectors();
    subvolumes = new FakeSubvolumes(directory.resolve("subvolumes"), images);
    snapshots = new FakeSnapshots(directory.resolve("snapshots"), subvolumes);
  }

  @Override
  public Images images() {
    return images;
  }

  @Override
  public Subvolumes subvolumes() {
    return subvolumes;
  }

  @Override
  public Snapshots snapshots() {
    return snapshots;
  }

  @Override
  public FakeFlattens flattens() {
    return flattens;
  }

  @Override
  public CheckReport check() {
    return new CheckReport(
        images.list().size(),
        subvolumes.list().size(),
        snapshots.list().size(),
        0,
        0,
        0,
        List.of());
  }

  @Override
  public Protectors protectors() {
    return protectors;
  }

  @Override
  public Upkeep upkeep() {
    return new FakeUpkeep();
  }

  @Override
  public Transfers transfers() {
    return new FakeTransfers();
  }

  public FakeImages fakeImages() {
    return images;
  }

  public boolean isClosed() {
    return isClosed;
  }

  @Override
  public void close() {
    isClosed = true;
  }
}
