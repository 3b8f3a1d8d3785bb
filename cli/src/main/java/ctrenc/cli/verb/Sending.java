package ctrenc.cli.verb;

import ctrenc.cli.exit.ExitCode;
import ctrenc.cli.io.Output;
import ctrenc.cli.rpc.Connection;
import ctrenc.cli.text.Progress;
import ctrenc.proto.v1.SendBegun;
import ctrenc.proto.v1.SendRequest;
import ctrenc.proto.v1.SendResponse;
import io.grpc.stub.BlockingClientCall;
import java.io.IOException;

/** Writes what the daemon sends to standard output. */
final class Sending {
  private Sending() {}

  /** The exit code. */
  static int run(SendRequest request, Session session) throws IOException, InterruptedException {
    if (session.surroundings().terminals().out()) {
      throw Arguments.usage("standard output is a terminal: redirect it to a file or a pipe");
    }
    Connection daemon = session.startedDaemon();
    SendRequest.Builder offering = request.toBuilder();
    session.surroundings().files().out().map(OpenFiles::of).ifPresent(offering::setTo);
    BlockingClientCall<?, SendResponse> call = daemon.transfers().send(offering.build());
    Progress progress = session.progress();
    try {
      write(call, request.getSince(), daemon, session, progress);
    } finally {
      progress.end();
    }
    return ExitCode.OK.number();
  }

  private static void write(
      BlockingClientCall<?, SendResponse> call,
      String since,
      Connection daemon,
      Session session,
      Progress progress)
      throws InterruptedException {
    long total = 0;
    long done = 0;
    SendResponse response = daemon.ask(call::read);
    while (response != null) {
      switch (response.getPartCase()) {
        case BEGUN -> total = begun(response.getBegun(), since, session);
        case DATA -> {
          session.out().bytes(response.getData().toByteArray());
          done += response.getData().size();
        }
        case PROGRESS -> done = response.getProgress().getDone();
        case READER_GONE -> throw Output.readerGone();
        case PART_NOT_SET -> {
          // A later daemon says something more.
        }
      }
      progress.show("sending", done, Math.max(done, total));
      response = daemon.ask(call::read);
    }
    session.out().flush();
  }

  /** Tells what is sent; how many bytes. */
  private static long begun(SendBegun begun, String since, Session session) {
    int nested = begun.getNested();
    session
        .surroundings()
        .note(
            "sending "
                + begun.getSnapshot()
                + (nested == 0 ? "" : ", with " + nested + " nested in it")
                + (begun.getSnapshots() == 0
                    ? ""
                    : ", with " + begun.getSnapshots() + " earlier snapshots"));
    SnapshotText.note(begun.getSnapshot(), begun.getHead(), session);
    if (!since.isEmpty() && !begun.getIncrement()) {
      session
          .surroundings()
          .note(
              "all of it is sent: it holds nothing of " + since + " any more, as after a flatten");
    }
    return begun.getTotal();
  }
}
