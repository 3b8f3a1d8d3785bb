package ctrenc.e2e.harness;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;

/**
 * A key provider that answers by gRPC in a process of its own. Closing it ends the process.
 *
 * @param address where it listens
 */
public record KeyProviderProcess(Process process, BufferedReader said, String address)
    implements AutoCloseable {

  /** One that answers in such a {@link KeyProviderServer.Manner}. */
  public static KeyProviderProcess start(KeyProviderServer.Manner manner) throws IOException {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                KeyProviderServer.class.getName(),
                manner.name())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    BufferedReader said = process.inputReader();
    String address = said.readLine();
    if (address == null) {
      throw new AssertionError("the key provider did not start");
    }
    return new KeyProviderProcess(process, said, address);
  }

  @Override
  public void close() throws IOException {
    process.destroyForcibly().onExit().join();
    said.close();
  }
}
