package ctrenc.daemon.rpc;

import com.google.protobuf.ByteString;
import ctrenc.daemon.refusal.RefusedException;
import io.grpc.stub.StreamObserver;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * The requests of a call: the first has a header, and the further ones have data. gRPC calls one
 * method at a time.
 */
final class HeadedRequests<Q> implements StreamObserver<Q> {

  /**
   * What requests of a kind have.
   *
   * @param missing what is said of a first one without a header
   */
  record Shape<Q>(Predicate<Q> hasHeader, Function<Q, ByteString> data, String missing) {}

  private final Shape<Q> shape;
  private final RequestStream data;
  private final Consumer<Q> begin;
  private boolean isBegun;

  /**
   * @param data takes what comes behind the header
   * @param begin takes the request with the header; it does not wait for data
   */
  HeadedRequests(Shape<Q> shape, RequestStream data, Consumer<Q> begin) {
    this.shape = shape;
    this.data = data;
    this.begin = begin;
  }

  @Override
  public void onNext(Q request) {
    if (isBegun) {
      data.offer(shape.data().apply(request));
      return;
    }
    requireHeader(shape.hasHeader().test(request));
    isBegun = true;
    begin.accept(request);
    data.more();
  }

  private void requireHeader(boolean isHeader) {
    if (!isHeader) {
      throw new CheckedFailure(RefusedException.invalid(shape.missing()));
    }
  }

  @Override
  public void onError(Throwable failure) {
    data.cut();
  }

  @Override
  public void onCompleted() {
    requireHeader(isBegun);
    data.end();
  }
}
