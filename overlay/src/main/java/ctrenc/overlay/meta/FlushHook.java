package ctrenc.overlay.meta;

import java.io.IOException;

/**
 * What must be durable before records are; see {@link MetaStore#addFlushHook}. Called from a thread
 * of the metadata store.
 */
@FunctionalInterface
public interface FlushHook {
  void beforeFlush() throws IOException;
}
