package ctrenc.overlay.vfs;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Keeps what a listing offers, up to a number of entries. */
public final class CollectingSink implements DirectorySink {

  private final int room;
  private final List<Entry> entries = new ArrayList<>();

  public CollectingSink(int room) {
    this.room = room;
  }

  public List<Entry> entries() {
    return entries;
  }

  public List<String> names() {
    return entries.stream().map(entry -> entry.name().toString()).toList();
  }

  public void clear() {
    entries.clear();
  }

  @Override
  public boolean accept(Name name, long inode, int type, long cookie) {
    return accept(new Entry(name, inode, type, cookie, Optional.empty()));
  }

  @Override
  public boolean accept(Name name, Attributes attributes, long cookie) {
    int type = FileMode.direntType(attributes.mode());
    return accept(new Entry(name, attributes.inode(), type, cookie, Optional.of(attributes)));
  }

  private boolean accept(Entry entry) {
    return entries.size() < room && entries.add(entry);
  }

  /** One entry of a listing. */
  public record Entry(
      Name name, long inode, int type, long cookie, Optional<Attributes> attributes) {}
}
