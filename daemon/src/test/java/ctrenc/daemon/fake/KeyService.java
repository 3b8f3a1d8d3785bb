package ctrenc.daemon.fake;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.protobuf.ByteString;
import ctrenc.proto.keyprovider.KeyProviderServiceGrpc;
import ctrenc.proto.keyprovider.KeyWrapInput;
import ctrenc.proto.keyprovider.KeyWrapOutput;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import javax.crypto.Cipher;
import javax.crypto.KeyGenerator;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;

/** A key provider on a port of this machine: AES key wrap (RFC 3394) under a key of its own. */
public final class KeyService extends KeyProviderServiceGrpc.KeyProviderServiceImplBase
    implements AutoCloseable {

  private final Server server;
  private final SecretKey key;
  private final List<JsonObject> asked = new ArrayList<>();

  public KeyService() throws IOException, GeneralSecurityException {
    key = KeyGenerator.getInstance("AES").generateKey();
    server =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .addService(this)
            .build()
            .start();
  }

  public String address() {
    return "127.0.0.1:" + server.getPort();
  }

  /** What it was asked, in order. */
  public synchronized List<JsonObject> asked() {
    return List.copyOf(asked);
  }

  @Override
  public void wrapKey(KeyWrapInput input, StreamObserver<KeyWrapOutput> observer) {
    answer(input, "keywrapparams", "optsdata", "keywrapresults", "annotation", observer);
  }

  @Override
  public void unWrapKey(KeyWrapInput input, StreamObserver<KeyWrapOutput> observer) {
    answer(input, "keyunwrapparams", "annotation", "keyunwrapresults", "optsdata", observer);
  }

  private void answer(
      KeyWrapInput input,
      String params,
      String given,
      String results,
      String made,
      StreamObserver<KeyWrapOutput> observer) {
    try {
      byte[] bytes = Base64.getDecoder().decode(note(input, params).get(given).getAsString());
      JsonObject value = new JsonObject();
      value.addProperty(made, Base64.getEncoder().encodeToString(change(bytes, given)));
      JsonObject output = new JsonObject();
      output.add(results, value);
      observer.onNext(
          KeyWrapOutput.newBuilder().setJson(ByteString.copyFromUtf8(output.toString())).build());
      observer.onCompleted();
    } catch (GeneralSecurityException e) {
      observer.onError(Status.INVALID_ARGUMENT.withCause(e).asException());
    }
  }

  private synchronized JsonObject note(KeyWrapInput input, String params) {
    JsonObject parsed = JsonParser.parseString(input.getJson().toStringUtf8()).getAsJsonObject();
    asked.add(parsed);
    return parsed.getAsJsonObject(params);
  }

  private byte[] change(byte[] bytes, String given) throws GeneralSecurityException {
    Cipher cipher = Cipher.getInstance("AESWrap");
    if (given.equals("optsdata")) {
      cipher.init(Cipher.WRAP_MODE, key);
      return cipher.wrap(new SecretKeySpec(bytes, "AES"));
    }
    cipher.init(Cipher.UNWRAP_MODE, key);
    return cipher.unwrap(bytes, "AES", Cipher.SECRET_KEY).getEncoded();
  }

  @Override
  public void close() throws InterruptedException {
    server.shutdownNow().awaitTermination();
  }
}
