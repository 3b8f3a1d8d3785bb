package ctrenc.e2e.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Provider;
import java.security.Security;
import javax.crypto.Cipher;
import org.bouncycastle.jce.provider.BouncyCastleProvider;

/** Who encrypts. The names stand in the table. */
public enum AeadProvider {
  JDK_HEAP("JDK, heap arrays"),
  JDK_DIRECT("JDK, direct buffers"),
  BOUNCY_CASTLE("Bouncy Castle"),
  BOUNCY_CASTLE_LTS("Bouncy Castle LTS (native)");

  /** Where the LTS build lies, which has the same packages as the usual one. */
  static final String LTS_JAR = "ctrenc.bench.lts";

  final String title;

  AeadProvider(String title) {
    this.title = title;
  }

  Cipher cipher() throws GeneralSecurityException {
    return Cipher.getInstance("AES/GCM/NoPadding", provider());
  }

  private Provider provider() {
    return switch (this) {
      case JDK_HEAP, JDK_DIRECT -> Security.getProvider("SunJCE");
      case BOUNCY_CASTLE -> new BouncyCastleProvider();
      case BOUNCY_CASTLE_LTS -> lts();
    };
  }

  /** Fails if the LTS build does not use its native code, since the row would then lie. */
  @SuppressWarnings("resource") // The provider lives as long as the benchmark.
  private static Provider lts() {
    try {
      URL jar = Path.of(System.getProperty(LTS_JAR)).toUri().toURL();
      ClassLoader loader =
          new URLClassLoader(new URL[] {jar}, ClassLoader.getPlatformClassLoader());
      Class<?> type = loader.loadClass("org.bouncycastle.jce.provider.BouncyCastleProvider");
      Provider provider = (Provider) type.getConstructor().newInstance();
      Class<?> registrar = loader.loadClass("org.bouncycastle.crypto.CryptoServicesRegistrar");
      if (!Boolean.TRUE.equals(
          registrar.getMethod("hasEnabledService", String.class).invoke(null, "AES/GCM"))) {
        throw new IllegalStateException("Bouncy Castle LTS found no native code for this machine");
      }
      return provider;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(
          "the LTS build of Bouncy Castle has another shape than expected", e);
    }
  }
}
