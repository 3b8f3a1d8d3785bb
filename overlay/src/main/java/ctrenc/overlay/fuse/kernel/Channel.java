package ctrenc.overlay.fuse.kernel;

import org.jspecify.annotations.Nullable;

/**
 * Where one thread gets requests from and sends replies to. The request and the reply it hands out
 * are its own and are reused: they are valid until the next {@link #receive}.
 */
interface Channel extends AutoCloseable {

  /** Waits for a request; null when the connection has ended. */
  @Nullable Request receive();

  /** The reply for the request that was received last. */
  Reply reply();

  /**
   * Answers a request that came by this channel. Any thread may call it, with a reply that no other
   * thread uses.
   */
  void send(long unique, Reply reply);

  /** Lets go of the channel's memory, once its thread receives no more. */
  @Override
  void close();
}
