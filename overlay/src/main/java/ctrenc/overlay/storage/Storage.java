package ctrenc.overlay.storage;

import java.io.IOException;
import java.util.List;

/**
 * The one narrow way to files of a state directory. Names are relative, with "/" between parts, and
 * chosen by us, never by a user. Thread-safe. Nothing is durable before the sync that covers it: a
 * file's bytes before {@link StorageFile#sync}, a name before {@link #syncDirectory} of its
 * directory.
 */
public interface Storage {

  /** Opens an existing file for reading and writing. */
  StorageFile open(String name) throws IOException;

  /** Creates a file that must not exist yet, with mode 0600. */
  StorageFile create(String name) throws IOException;

  /** Makes a directory and its missing parents, with mode 0700; an existing one is fine. */
  void createDirectory(String name) throws IOException;

  /** The names in a directory, without order; empty where there is no such directory. */
  List<String> list(String directory) throws IOException;

  boolean exists(String name) throws IOException;

  /** Removes a file or an empty directory. */
  void delete(String name) throws IOException;

  /** Moves a file over whatever has the target name, atomically. */
  void rename(String from, String to) throws IOException;

  void syncDirectory(String name) throws IOException;
}
