package ctrenc.overlay.export;

import static java.nio.charset.StandardCharsets.UTF_8;

import ctrenc.overlay.storage.DamagedException;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import org.apache.commons.compress.archivers.ArchiveException;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;

/**
 * A backup being read, as {@link ArchiveSink} wrote it or as GNU tar made it anew of what it had
 * extracted. Not thread-safe.
 */
final class ArchiveSource implements Members.Source {

  private final ArchiveEnd end;
  private final TarArchiveInputStream tar;
  private final TransferProgress progress;

  /** Where the reading is: a member's name, for messages. */
  private String reached = "at its beginning";

  ArchiveSource(InputStream in, TransferProgress progress) {
    this.end = new ArchiveEnd(in);
    this.tar = new TarArchiveInputStream(end, UTF_8.name());
    this.progress = progress;
  }

  /** Hands out everything; an archive that is cut between two members is refused, too. */
  @Override
  public void read(Members members) throws IOException {
    try {
      for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
        read(entry, members);
        progress.moved(tar.getBytesRead());
      }
      end.check();
    } catch (EOFException | ArchiveException | IllegalArgumentException e) {
      throw damaged(e);
    } catch (IOException e) {
      // The library has no type of its own for every damage.
      throw e.getClass() == IOException.class ? damaged(e) : e;
    }
  }

  private DamagedException damaged(Exception cause) {
    return new DamagedException("The archive is cut or damaged " + reached + ".", cause);
  }

  private void read(TarArchiveEntry entry, Members members) throws IOException {
    Optional<String> attribute =
        Optional.ofNullable(entry.getExtraPaxHeaders().get(ArchiveSink.ATTRIBUTE));
    Members.Member member =
        new Members.Member(name(entry.getName()), entry.isDirectory(), entry.getSize(), attribute);
    reached = "in or behind " + member.name();
    if (entry.isLink()) {
      members.link(member, name(entry.getLinkName()));
    } else {
      members.take(member, tar);
    }
  }

  private static String name(String stored) {
    return stored.replaceFirst("^(\\./)+", "").replaceFirst("/$", "");
  }
}
