package ctrenc.daemon.fake;

import ctrenc.overlay.subvolume.Images;
import ctrenc.overlay.subvolume.Store;
import ctrenc.overlay.subvolume.Subvolumes;
import java.io.IOException;
import java.nio.file.Path;

/** A store that keeps plain directories and forgets everything when it is closed. */
public final class FakeStore implements Store {

  private final FakeImages images;
  private final FakeSubvolumes subvolumes;
  private boolean isClosed;

  public FakeStore(Path directory) throws IOException {
    images = new FakeImages(directory.resolve("images"));
    subvolumes = new FakeSubvolumes(directory.resolve("subvolumes"), images);
  }

  @Override
  public Images images() {
    return images;
  }

  @Override
  public Subvolumes subvolumes() {
    return subvolumes;
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
