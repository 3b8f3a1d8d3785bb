package ctrenc.cli.verb;

import ctrenc.cli.exit.ExitCode;
import ctrenc.cli.exit.Failure;
import ctrenc.cli.rpc.Connection;
import ctrenc.cli.text.Human;
import ctrenc.cli.text.Json;
import ctrenc.cli.text.Progress;
import ctrenc.proto.v1.FlattenRequest;
import ctrenc.proto.v1.FlattenRequest.Action;
import ctrenc.proto.v1.Flattening;
import ctrenc.proto.v1.Flattening.State;
import ctrenc.proto.v1.FollowFlattenRequest;
import io.grpc.stub.BlockingClientCall;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine.Model.CommandSpec;

/** Makes one layer of all that lie under what a root writes from now on. */
public final class FlattenVerb implements Verb {
  private static final String FROM_IMAGE = "--from-image";
  private static final String DETACH = "--detach";
  private static final String STATUS = "--status";
  private static final Map<String, Action> ACTIONS =
      Map.of(
          "--pause", Action.ACTION_PAUSE,
          "--resume", Action.ACTION_RESUME,
          "--cancel", Action.ACTION_CANCEL);

  @Override
  public String name() {
    return "flatten";
  }

  @Override
  public String summary() {
    return "Seal what a root holds anew, as one layer under one new key.";
  }

  @Override
  public void describe(CommandSpec spec) {
    Options.explain(
        spec,
        "The root may be in use. What was overwritten or removed takes no room afterwards, unless a",
        "snapshot or a fork holds it. An interrupted call leaves the work going on in the daemon.");
    spec.addOption(Options.flag("Carry over the image or host directory too.", FROM_IMAGE));
    spec.addOption(Options.flag("Return when it has begun.", "-d", DETACH));
    spec.addOption(Options.flag("Only tell how far it is.", STATUS));
    spec.addOption(Options.flag("Hold it up; what was done is kept.", "--pause"));
    spec.addOption(Options.flag("Go on after --pause or a failure.", "--resume"));
    spec.addOption(Options.flag("Give it up; the root stays as it is.", "--cancel"));
    spec.addOption(Options.json());
    spec.addPositional(Options.positional("NAME", 1, 1, "The container."));
  }

  @Override
  public int call(Arguments arguments, Session session) throws IOException, InterruptedException {
    String name = arguments.positional(0);
    List<String> asked = ACTIONS.keySet().stream().filter(arguments::has).sorted().toList();
    if (asked.size() + (arguments.has(STATUS) ? 1 : 0) > 1) {
      throw Arguments.usage("--status, --pause, --resume and --cancel exclude each other");
    }
    Connection daemon = session.daemon();
    Flattening last;
    if (arguments.has(STATUS)) {
      last = first(daemon, name);
    } else {
      Action action =
          asked.isEmpty()
              ? Action.ACTION_START
              : ACTIONS.getOrDefault(asked.getFirst(), Action.ACTION_UNSPECIFIED);
      last = ask(daemon, name, action, arguments.has(FROM_IMAGE));
      boolean isAtWork = action == Action.ACTION_START || action == Action.ACTION_RESUME;
      if (isAtWork && !arguments.has(DETACH)) {
        last = follow(daemon, name, session);
      }
    }
    session.out().line(arguments.json() ? Json.object(last, FlattenVerb::fields) : text(last));
    return ExitCode.OK.number();
  }

  private static Flattening ask(Connection daemon, String name, Action action, boolean withBase)
      throws InterruptedException {
    FlattenRequest request =
        FlattenRequest.newBuilder()
            .setContainer(name)
            .setAction(action)
            .setWithBase(withBase)
            .build();
    return daemon.ask(() -> daemon.snapshots(Connection.PATIENT).flatten(request));
  }

  private static Flattening first(Connection daemon, String name) throws InterruptedException {
    BlockingClientCall<?, Flattening> call = followed(daemon, name);
    Flattening now = next(daemon, call);
    call.cancel("one is enough", null);
    return now;
  }

  private static Flattening follow(Connection daemon, String name, Session session)
      throws InterruptedException {
    Progress progress = session.progress();
    BlockingClientCall<?, Flattening> call = followed(daemon, name);
    try {
      Flattening now = next(daemon, call);
      while (now.getState() == State.STATE_RUNNING) {
        long total = now.getWithBase() ? 0 : now.getStoredBytes();
        progress.show("flattening", now.getBytes(), total);
        now = next(daemon, call);
      }
      if (now.getState() == State.STATE_FAILED) {
        throw new Failure(
            ExitCode.FAILED,
            "the root of %s could not be flattened (%s): go on with 'ctr-enc flatten --resume %s', or give it up with --cancel"
                .formatted(name, now.getProblem(), name));
      }
      return now;
    } finally {
      progress.end();
    }
  }

  private static BlockingClientCall<?, Flattening> followed(Connection daemon, String name) {
    FollowFlattenRequest request = FollowFlattenRequest.newBuilder().setContainer(name).build();
    return daemon.snapshots().followFlatten(request);
  }

  private static Flattening next(Connection daemon, BlockingClientCall<?, Flattening> call)
      throws InterruptedException {
    Flattening now = daemon.ask(call::read);
    if (now == null) {
      throw new Failure(
          ExitCode.OTHER_VERSION,
          "the daemon ended the call without an answer: stop it and start the one of this version");
    }
    return now;
  }

  private static String text(Flattening flattening) {
    String done =
        "%s: %s, %d objects, %s"
            .formatted(
                flattening.getContainer(),
                state(flattening),
                flattening.getObjects(),
                Human.size(flattening.getBytes()));
    if (flattening.getState() == State.STATE_FAILED) {
      return done + ": " + flattening.getProblem();
    }
    if (flattening.getState() != State.STATE_DONE) {
      return done;
    }
    long less = flattening.getReclaimedBytes();
    return done
        + (less >= 0 ? ", " + Human.size(less) + " reclaimed" : ", " + Human.size(-less) + " more");
  }

  private static String state(Flattening flattening) {
    return flattening.getState().name().substring("STATE_".length()).toLowerCase(Locale.ROOT);
  }

  private static void fields(Json json, Flattening flattening) throws IOException {
    json.field("container", flattening.getContainer())
        .field("state", state(flattening))
        .field("fromImage", flattening.getWithBase())
        .field("objects", flattening.getObjects())
        .field("bytes", flattening.getBytes())
        .field("storedBytes", flattening.getStoredBytes())
        .field("reclaimedBytes", flattening.getReclaimedBytes())
        .field("problem", flattening.getProblem());
  }
}
