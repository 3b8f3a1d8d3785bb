package ctrenc.daemon.rpc;

import io.grpc.stub.StreamObserver;

/** One answer to one request; whatever fails goes to {@link FailureInterceptor}. */
final class Answer {

  /** What computes the answer. */
  @FunctionalInterface
  interface Source<R> {
    R get() throws Exception;
  }

  private Answer() {}

  static <R> void with(StreamObserver<R> observer, Source<R> source) {
    R answer;
    try {
      answer = source.get();
    } catch (RuntimeException failure) {
      throw failure;
    } catch (Exception failure) {
      throw new CheckedFailure(failure);
    }
    observer.onNext(answer);
    observer.onCompleted();
  }
}
