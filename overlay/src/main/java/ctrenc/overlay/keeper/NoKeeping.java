package ctrenc.overlay.keeper;

import ctrenc.overlay.sys.Descriptor;
import java.util.List;
import java.util.Map;

/** Keeps nothing: descriptors end with this process. */
public final class NoKeeping implements DescriptorKeeping {

  @Override
  public boolean outlives() {
    return false;
  }

  @Override
  public Map<String, List<Descriptor>> takeUp() {
    return Map.of();
  }

  @Override
  public void keep(String name, List<Descriptor> descriptors) {}

  @Override
  public void drop(String name) {}

  @Override
  public boolean isSettled() {
    return false;
  }

  @Override
  public void serving() {}

  @Override
  public void close() {}
}
