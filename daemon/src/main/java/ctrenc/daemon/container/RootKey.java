package ctrenc.daemon.container;

/** What opens a hosted root after the daemon that made it. */
public sealed interface RootKey {

  RootKey THROWAWAY = new Throwaway();
  RootKey MACHINE = new Machine();

  /** Nothing: its key is in memory alone. */
  record Throwaway() implements RootKey {}

  /** The machine's key. */
  record Machine() implements RootKey {}

  /** A key that the administrator gave a name, and that alone. */
  record Named(String name) implements RootKey {}
}
