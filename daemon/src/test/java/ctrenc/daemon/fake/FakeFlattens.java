package ctrenc.daemon.fake;

import ctrenc.overlay.subvolume.FlattenInfo;
import ctrenc.overlay.subvolume.FlattenInfo.State;
import ctrenc.overlay.subvolume.Flattens;
import ctrenc.overlay.subvolume.InUseException;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/** Flattenings that run until they are told how they ended. */
public final class FakeFlattens implements Flattens {

  private final Map<UUID, FlattenInfo> known = new ConcurrentHashMap<>();

  @Override
  public void start(UUID subvolume, boolean withBase) throws InUseException {
    FlattenInfo info = known.get(subvolume);
    if (info != null && info.state() != State.DONE) {
      throw new InUseException("It is being flattened already.");
    }
    put(subvolume, State.RUNNING, withBase);
  }

  /** Ends what runs. */
  public void finish(UUID subvolume) {
    put(subvolume, State.DONE, known.get(subvolume).withBase());
  }

  private void put(UUID subvolume, State state, boolean withBase) {
    known.put(subvolume, new FlattenInfo(subvolume, state, withBase, 3, 4096, 8192, 1024, ""));
  }

  @Override
  public void pause(UUID subvolume) throws NoSuchFileException {
    put(subvolume, State.PAUSED, require(subvolume).withBase());
  }

  @Override
  public void resume(UUID subvolume) throws NoSuchFileException {
    put(subvolume, State.RUNNING, require(subvolume).withBase());
  }

  @Override
  public void cancel(UUID subvolume) throws NoSuchFileException {
    require(subvolume);
    known.remove(subvolume);
  }

  private FlattenInfo require(UUID subvolume) throws NoSuchFileException {
    return find(subvolume)
        .filter(info -> info.state() != State.DONE)
        .orElseThrow(() -> new NoSuchFileException("flattening of " + subvolume));
  }

  @Override
  public Optional<FlattenInfo> find(UUID subvolume) {
    return Optional.ofNullable(known.get(subvolume));
  }

  @Override
  public Optional<FlattenInfo> await(UUID subvolume, Duration most) {
    return find(subvolume);
  }
}
