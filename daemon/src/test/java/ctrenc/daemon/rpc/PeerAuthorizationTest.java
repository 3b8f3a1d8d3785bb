package ctrenc.daemon.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Attributes;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.Status;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** Root may call, the members of the group may, nobody else. */
class PeerAuthorizationTest {

  private static final class Call extends ServerCall<String, String> {

    private final Attributes attributes;
    private final AtomicReference<Status> closed = new AtomicReference<>();

    Call(Attributes attributes) {
      this.attributes = attributes;
    }

    @Override
    public void request(int count) {}

    @Override
    public void sendHeaders(Metadata headers) {}

    @Override
    public void sendMessage(String message) {}

    @Override
    public void close(Status status, Metadata trailers) {
      closed.set(status);
    }

    @Override
    public boolean isCancelled() {
      return false;
    }

    @Override
    public Attributes getAttributes() {
      return attributes;
    }

    @Override
    public MethodDescriptor<String, String> getMethodDescriptor() {
      throw new AssertionError("the method makes no difference");
    }
  }

  private static boolean isLetIn(OptionalInt group, Attributes attributes) {
    return isLetIn(0, group, attributes);
  }

  private static boolean isLetIn(int owner, OptionalInt group, Attributes attributes) {
    AtomicBoolean reached = new AtomicBoolean();
    Call call = new Call(attributes);
    new PeerAuthorization(owner, group)
        .interceptCall(
            call,
            new Metadata(),
            (_, _) -> {
              reached.set(true);
              return new ServerCall.Listener<>() {};
            });
    if (!reached.get()) {
      assertThat(call.closed.get().getCode()).isEqualTo(Status.Code.PERMISSION_DENIED);
    }
    return reached.get();
  }

  private static Attributes peer(int uid, int... groups) {
    Set<Integer> set = new java.util.HashSet<>();
    for (int group : groups) {
      set.add(group);
    }
    return Attributes.newBuilder()
        .set(PeerCredentials.ATTRIBUTE, new PeerCredentials(1, uid, set))
        .build();
  }

  @Test
  void letsItsOwnUserInAndRoot() {
    assertThat(isLetIn(1000, OptionalInt.empty(), peer(1000, 1000))).isTrue();
    assertThat(isLetIn(1000, OptionalInt.empty(), peer(0, 0))).isTrue();
    assertThat(isLetIn(1000, OptionalInt.empty(), peer(1001, 1000))).isFalse();
  }

  @Test
  void letsRootAndTheGroupInAndNobodyElse() {
    assertThat(isLetIn(OptionalInt.empty(), peer(0, 0))).isTrue();
    assertThat(isLetIn(OptionalInt.empty(), peer(1000, 0))).isFalse();
    assertThat(isLetIn(OptionalInt.of(50), peer(1000, 100, 50))).isTrue();
    assertThat(isLetIn(OptionalInt.of(50), peer(1000, 100))).isFalse();
    assertThat(isLetIn(OptionalInt.of(50), Attributes.EMPTY)).isFalse();
  }
}
