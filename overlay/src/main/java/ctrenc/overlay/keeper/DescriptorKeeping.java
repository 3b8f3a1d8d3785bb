package ctrenc.overlay.keeper;

import ctrenc.overlay.sys.Descriptor;
import java.util.List;
import java.util.Map;

/**
 * Where descriptors live on when this process dies: who comes after it takes them up again, by
 * name. Thread-safe.
 */
public interface DescriptorKeeping extends AutoCloseable {

  /** False if everything ends with this process. */
  boolean outlives();

  /** What an earlier process left, at most once; whoever takes it closes it. */
  Map<String, List<Descriptor>> takeUp();

  /**
   * Keeps further references to {@code descriptors}, in place of what had the name. Names that
   * begin with a dot are kept for the sake of others, and end with the last of those.
   */
  void keep(String name, List<Descriptor> descriptors);

  void drop(String name);

  /** Whether all of it outlives this process by now; that may take a moment. */
  boolean isSettled();

  /** What was taken up is served from now on. */
  void serving();

  /** Ends the keeping, if nothing is kept. */
  @Override
  void close();
}
