package ctrenc.daemon.key;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.protobuf.ByteString;
import ctrenc.daemon.refusal.RefusedException;
import ctrenc.proto.keyprovider.KeyProviderServiceGrpc;
import ctrenc.proto.keyprovider.KeyProviderServiceGrpc.KeyProviderServiceBlockingStub;
import ctrenc.proto.keyprovider.KeyWrapInput;
import ctrenc.proto.keyprovider.KeyWrapOutput;
import io.grpc.StatusRuntimeException;
import java.util.Base64;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;

/**
 * A service that wraps and unwraps small secrets, by the protocol of ocicrypt (see
 * keyprovider.proto). Each call has a connection of its own. Thread-safe.
 */
record KeyProvider(String name, String address) {

  private static final long PATIENCE_SECONDS = 30;

  /** What the provider makes of a secret; it alone can say what that is. */
  byte[] wrap(byte[] secret, byte[] parameters) throws RefusedException {
    JsonObject settings = parameters(parameters);
    settings.add("DecryptConfig", new JsonObject());
    JsonObject what = new JsonObject();
    what.add("ec", settings);
    what.addProperty("optsdata", base64(secret));
    JsonObject input = new JsonObject();
    input.addProperty("op", "keywrap");
    input.add("keywrapparams", what);
    return ask(input, KeyProviderServiceBlockingStub::wrapKey, "keywrapresults", "annotation");
  }

  /** The secret that it made {@code wrapped} of. */
  byte[] unwrap(byte[] wrapped, byte[] parameters) throws RefusedException {
    JsonObject what = new JsonObject();
    what.add("dc", parameters(parameters));
    what.addProperty("annotation", base64(wrapped));
    JsonObject input = new JsonObject();
    input.addProperty("op", "keyunwrap");
    input.add("keyunwrapparams", what);
    return ask(input, KeyProviderServiceBlockingStub::unWrapKey, "keyunwrapresults", "optsdata");
  }

  private JsonObject parameters(byte[] parameters) {
    JsonArray values = new JsonArray();
    values.add(base64(parameters));
    JsonObject ofProviders = new JsonObject();
    ofProviders.add(name, values);
    JsonObject settings = new JsonObject();
    settings.add("Parameters", ofProviders);
    return settings;
  }

  private static String base64(byte[] bytes) {
    return Base64.getEncoder().encodeToString(bytes);
  }

  private byte[] ask(
      JsonObject input,
      BiFunction<KeyProviderServiceBlockingStub, KeyWrapInput, KeyWrapOutput> call,
      String part,
      String field)
      throws RefusedException {
    KeyWrapInput request =
        KeyWrapInput.newBuilder().setJson(ByteString.copyFromUtf8(input.toString())).build();
    try (ProviderChannel channel = ProviderChannel.to(address)) {
      KeyProviderServiceBlockingStub stub =
          KeyProviderServiceGrpc.newBlockingStub(channel.channel())
              .withDeadlineAfter(PATIENCE_SECONDS, TimeUnit.SECONDS);
      return answered(call.apply(stub, request), part, field);
    } catch (StatusRuntimeException e) {
      throw failed("did not do it: " + e.getStatus().getCode(), e);
    } catch (JsonParseException | IllegalArgumentException | IllegalStateException e) {
      throw failed("gave an answer that is none", e);
    }
  }

  private static byte[] answered(KeyWrapOutput output, String part, String field) {
    JsonElement results =
        JsonParser.parseString(output.getJson().toStringUtf8()).getAsJsonObject().get(part);
    JsonElement value = results == null ? null : results.getAsJsonObject().get(field);
    if (value == null) {
      throw new IllegalArgumentException("there is no " + field + " in the answer");
    }
    return Base64.getDecoder().decode(value.getAsString());
  }

  private RefusedException failed(String how, Exception cause) {
    return new RefusedException(
        RefusedException.Kind.CONFLICT,
        "The key provider " + name + " at " + address + " " + how + ".",
        cause);
  }
}
