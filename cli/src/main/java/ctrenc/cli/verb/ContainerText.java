package ctrenc.cli.verb;

import ctrenc.cli.text.Human;
import ctrenc.cli.text.Json;
import ctrenc.cli.text.Table;
import ctrenc.proto.v1.Container;
import ctrenc.proto.v1.ContainerState;
import java.io.IOException;
import java.time.Instant;
import java.util.List;

/** Containers as text. */
final class ContainerText {
  private static final int SHORT_ID = 12;
  private static final int SHORT_COMMAND = 30;

  private ContainerText() {}

  static String table(List<Container> containers, Instant now) {
    Table table = new Table("ID", "NAME", "BASE", "STATE", "KEY", "CREATED", "COMMAND");
    for (Container container : containers) {
      table.row(
          shortId(container.getId()),
          container.getName(),
          container.getBase(),
          state(container),
          key(container),
          Human.age(Instant.ofEpochMilli(container.getCreatedAtMillis()), now),
          command(container));
    }
    return table.text();
  }

  static String details(Container container, Instant now) {
    Instant created = Instant.ofEpochMilli(container.getCreatedAtMillis());
    Table table = new Table();
    table.row("id", container.getId());
    table.row("name", container.getName());
    table.row("base", container.getBase());
    table.row("state", state(container));
    table.row("key", key(container));
    table.row("created", "%s (%s)".formatted(created, Human.age(created, now)));
    table.row("command", String.join(" ", container.getArgsList()));
    table.row("pid", container.getPid() == 0 ? "-" : Long.toString(container.getPid()));
    table.row("root", container.getRoot().isEmpty() ? "not mounted" : container.getRoot());
    container.getBoundAtList().forEach(path -> table.row("bound at", path));
    table.row("cache", CacheText.details(container));
    table.row("subvolume", container.getSubvolume());
    table.row("stored", Human.size(container.getStoredBytes()));
    table.row("exclusive", Human.size(container.getExclusiveBytes()));
    table.row("shared", Human.size(container.getSharedBytes()));
    table.row("inodes", Long.toString(container.getInodes()));
    container
        .getLayersList()
        .forEach(
            layer ->
                table.row(
                    "layer", "%s, read by %s".formatted(layer.getId(), LayerText.readers(layer))));
    return table.text();
  }

  static void fields(Json json, Container container) throws IOException {
    boolean exited = container.getState() == ContainerState.CONTAINER_STATE_EXITED;
    json.field("id", container.getId())
        .field("name", container.getName())
        .field("base", container.getBase())
        .field("state", stateName(container.getState()))
        .field("keep", container.getKeep())
        .field("createdAt", Instant.ofEpochMilli(container.getCreatedAtMillis()))
        .field("root", container.getRoot())
        .field("boundAt", container.getBoundAtList())
        .field("pid", container.getPid(), container.getPid() != 0)
        .field("exitCode", container.getExitCode(), exited)
        .field("args", container.getArgsList())
        .field("cache", CacheText.mode(container.getCache()))
        .field("passthrough", CacheText.passthrough(container.getPassthrough()))
        .field("subvolume", container.getSubvolume());
  }

  /** With what only an inspection fills. */
  static void inspectedFields(Json json, Container container) throws IOException {
    fields(json, container);
    json.field("storedBytes", container.getStoredBytes())
        .field("inodes", container.getInodes())
        .field("exclusiveBytes", container.getExclusiveBytes())
        .field("sharedBytes", container.getSharedBytes())
        .field("layers", container.getLayersList(), LayerText::fields);
  }

  static String shortId(String id) {
    return id.length() > SHORT_ID ? id.substring(0, SHORT_ID) : id;
  }

  /** The name, or the id where there is none. */
  static String label(Container container) {
    return container.getName().isEmpty() ? container.getId() : container.getName();
  }

  private static String state(Container container) {
    return container.getState() == ContainerState.CONTAINER_STATE_EXITED
        ? "exited (%d)".formatted(container.getExitCode())
        : stateName(container.getState());
  }

  private static String stateName(ContainerState state) {
    return switch (state) {
      case CONTAINER_STATE_CREATED -> "created";
      case CONTAINER_STATE_RUNNING -> "running";
      case CONTAINER_STATE_EXITED -> "exited";
      case CONTAINER_STATE_LOCKED -> "locked";
      case CONTAINER_STATE_DRAINING -> "draining";
      case CONTAINER_STATE_UNSPECIFIED, UNRECOGNIZED -> "unknown";
    };
  }

  /** Where the key is. */
  private static String key(Container container) {
    return container.getKeep() ? "kept" : "memory";
  }

  private static String command(Container container) {
    String command = String.join(" ", container.getArgsList());
    return command.length() > SHORT_COMMAND
        ? command.substring(0, SHORT_COMMAND - 3) + "..."
        : command;
  }
}
