package ctrenc.e2e.harness;

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
import java.util.Base64;
import javax.crypto.Cipher;
import javax.crypto.KeyGenerator;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;

/**
 * A key provider as a program: AES key wrap (RFC 3394) under a key that it makes when it starts.
 * Argument: a {@link Manner}. Prints its address, and answers until it is killed.
 */
public final class KeyProviderServer extends KeyProviderServiceGrpc.KeyProviderServiceImplBase {

  /** How it answers when it is to unwrap. */
  public enum Manner {
    /** With what it wrapped, or that it did not. */
    HONEST,
    /** With a secret that nobody gave it. */
    LYING,
    /** With something that the protocol does not know. */
    BABBLING
  }

  private static final int SECRET_SIZE = 32;

  private final Manner manner;
  private final SecretKey key;

  private KeyProviderServer(Manner manner) throws GeneralSecurityException {
    this.manner = manner;
    this.key = KeyGenerator.getInstance("AES").generateKey();
  }

  public static void main(String[] args)
      throws IOException, GeneralSecurityException, InterruptedException {
    InetSocketAddress anywhere = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    Server server =
        NettyServerBuilder.forAddress(anywhere)
            .addService(new KeyProviderServer(Manner.valueOf(args[0])))
            .build()
            .start();
    System.out.println("127.0.0.1:" + server.getPort());
    server.awaitTermination();
  }

  @Override
  public void wrapKey(KeyWrapInput input, StreamObserver<KeyWrapOutput> observer) {
    answer(
        observer,
        () ->
            json(
                "keywrapresults",
                "annotation",
                wrapped(given(input, "keywrapparams", "optsdata"))));
  }

  @Override
  public void unWrapKey(KeyWrapInput input, StreamObserver<KeyWrapOutput> observer) {
    answer(
        observer,
        () ->
            switch (manner) {
              case HONEST ->
                  json(
                      "keyunwrapresults",
                      "optsdata",
                      unwrapped(given(input, "keyunwrapparams", "annotation")));
              case LYING -> json("keyunwrapresults", "optsdata", new byte[SECRET_SIZE]);
              case BABBLING -> "no JSON";
            });
  }

  /** What an answer says. */
  private interface Answer {
    String text() throws GeneralSecurityException;
  }

  private static void answer(StreamObserver<KeyWrapOutput> observer, Answer answer) {
    try {
      ByteString json = ByteString.copyFromUtf8(answer.text());
      observer.onNext(KeyWrapOutput.newBuilder().setJson(json).build());
      observer.onCompleted();
    } catch (GeneralSecurityException e) {
      observer.onError(Status.INVALID_ARGUMENT.withCause(e).asException());
    }
  }

  private static byte[] given(KeyWrapInput input, String params, String name) {
    JsonObject parsed = JsonParser.parseString(input.getJson().toStringUtf8()).getAsJsonObject();
    return Base64.getDecoder().decode(parsed.getAsJsonObject(params).get(name).getAsString());
  }

  private static String json(String results, String name, byte[] bytes) {
    JsonObject value = new JsonObject();
    value.addProperty(name, Base64.getEncoder().encodeToString(bytes));
    JsonObject output = new JsonObject();
    output.add(results, value);
    return output.toString();
  }

  private byte[] wrapped(byte[] secret) throws GeneralSecurityException {
    Cipher cipher = Cipher.getInstance("AESWrap");
    cipher.init(Cipher.WRAP_MODE, key);
    return cipher.wrap(new SecretKeySpec(secret, "AES"));
  }

  private byte[] unwrapped(byte[] wrapped) throws GeneralSecurityException {
    Cipher cipher = Cipher.getInstance("AESWrap");
    cipher.init(Cipher.UNWRAP_MODE, key);
    return cipher.unwrap(wrapped, "AES", Cipher.SECRET_KEY).getEncoded();
  }
}
