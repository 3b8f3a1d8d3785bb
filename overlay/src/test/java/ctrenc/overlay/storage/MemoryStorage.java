package ctrenc.overlay.storage;

import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.random.RandomGenerator;

/**
 * A disk in memory that can lose power: of bytes written since the last sync of their file it keeps
 * a random choice, in pieces of 512 bytes; of changes to names since the last sync of their
 * directory it keeps a random prefix.
 */
public final class MemoryStorage implements Storage {

  /** One change of names, to be replayed on the durable names. */
  private record NameChange(String directory, Runnable change) {}

  private final Map<String, MemoryBytes> files = new HashMap<>();
  private final Set<String> directories = new TreeSet<>();
  private final Map<String, MemoryBytes> durableFiles = new HashMap<>();
  private final Set<String> durableDirectories = new TreeSet<>();
  private final List<NameChange> unsynced = new ArrayList<>();

  public MemoryStorage() {
    directories.add("");
    durableDirectories.add("");
  }

  /** What a machine finds after its power failed now; this storage must not be used any more. */
  public synchronized MemoryStorage afterPowerLoss(RandomGenerator random) {
    int kept = random.nextInt(unsynced.size() + 1);
    unsynced.subList(0, kept).forEach(change -> change.change().run());
    MemoryStorage found = new MemoryStorage();
    found.directories.addAll(durableDirectories);
    found.durableDirectories.addAll(durableDirectories);
    durableFiles.forEach((name, bytes) -> found.files.put(name, bytes.afterPowerLoss(random)));
    found.durableFiles.putAll(found.files);
    return found;
  }

  /** The bytes of a file as they are, for tests that look at formats or break them. */
  public synchronized byte[] bytes(String name) throws IOException {
    return find(name).copy();
  }

  /** Puts bytes in the place of a file's, durably. */
  public synchronized void setBytes(String name, byte[] bytes) {
    MemoryBytes file = new MemoryBytes(bytes);
    files.put(name, file);
    durableFiles.put(name, file);
  }

  /** The names of all files, in order. */
  public synchronized List<String> names() {
    return files.keySet().stream().sorted().toList();
  }

  @Override
  public synchronized StorageFile open(String name) throws IOException {
    return new MemoryFile(find(name));
  }

  @Override
  public synchronized StorageFile create(String name) throws IOException {
    if (files.containsKey(name) || directories.contains(name)) {
      throw new FileAlreadyExistsException(name);
    }
    requireDirectory(parent(name));
    MemoryBytes bytes = new MemoryBytes(new byte[0]);
    files.put(name, bytes);
    change(parent(name), () -> durableFiles.put(name, bytes));
    return new MemoryFile(bytes);
  }

  @Override
  public synchronized void createDirectory(String name) {
    if (!directories.contains(name)) {
      createDirectory(parent(name));
      directories.add(name);
      change(parent(name), () -> durableDirectories.add(name));
    }
  }

  @Override
  public synchronized List<String> list(String directory) {
    String prefix = directory.isEmpty() ? "" : directory + "/";
    Set<String> names = new TreeSet<>(directories);
    names.addAll(files.keySet());
    return names.stream()
        .filter(name -> !name.isEmpty() && parent(name).equals(directory))
        .map(name -> name.substring(prefix.length()))
        .toList();
  }

  @Override
  public synchronized boolean exists(String name) {
    return files.containsKey(name) || directories.contains(name);
  }

  @Override
  public synchronized void delete(String name) throws IOException {
    if (directories.contains(name)) {
      if (!list(name).isEmpty()) {
        throw new DirectoryNotEmptyException(name);
      }
      directories.remove(name);
      change(parent(name), () -> durableDirectories.remove(name));
      return;
    }
    find(name);
    files.remove(name);
    change(parent(name), () -> durableFiles.remove(name));
  }

  @Override
  public synchronized void rename(String from, String to) throws IOException {
    MemoryBytes bytes = find(from);
    requireDirectory(parent(to));
    files.remove(from);
    files.put(to, bytes);
    change(
        parent(to),
        () -> {
          durableFiles.remove(from);
          durableFiles.put(to, bytes);
        });
  }

  @Override
  public synchronized void syncDirectory(String name) throws IOException {
    requireDirectory(name);
    List<NameChange> covered =
        unsynced.stream().filter(change -> change.directory().equals(name)).toList();
    covered.forEach(change -> change.change().run());
    unsynced.removeAll(covered);
  }

  private void change(String directory, Runnable change) {
    unsynced.add(new NameChange(directory, change));
  }

  private MemoryBytes find(String name) throws NoSuchFileException {
    MemoryBytes found = files.get(name);
    if (found == null) {
      throw new NoSuchFileException(name);
    }
    return found;
  }

  private void requireDirectory(String name) throws NoSuchFileException {
    if (!directories.contains(name)) {
      throw new NoSuchFileException(name);
    }
  }

  private static String parent(String name) {
    int slash = name.lastIndexOf('/');
    return slash < 0 ? "" : name.substring(0, slash);
  }
}
