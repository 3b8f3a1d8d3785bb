package ctrenc.overlay.fuse;

/**
 * Whether idle processors are kept from sleeping while requests come one after the other: each
 * wakes a processor twice, which takes a virtual one ten times as long as carrying the request out.
 */
public enum KeepAwake {
  /** Where the host has said that this machine's processors are its own, and there are few. */
  AUTO,
  /** Wherever the kernel lets its idle processors wait awake. */
  ALWAYS,
  /** Nowhere. */
  NEVER
}
