package ctrenc.daemon.container;

import java.util.UUID;

/** A hosted root of the store, and what opens it after a restart. */
public record HostedRoot(UUID id, RootKey key) {}
