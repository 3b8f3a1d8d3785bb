package ctrenc.cli.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import ctrenc.cli.exit.ExitCode;
import ctrenc.cli.exit.Failure;
import io.grpc.Status;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class StatusTranslationTest {
  private final StatusTranslation translation = new StatusTranslation(Path.of("/s"));

  @ParameterizedTest
  @EnumSource(value = Status.Code.class, mode = EnumSource.Mode.EXCLUDE, names = "OK")
  void everyStatusHasACodeAndASentence(Status.Code code) {
    Failure bare = translation.failure(Status.fromCode(code).asException());
    assertThat(bare.code()).isNotEqualTo(ExitCode.OK);
    assertThat(bare.sentence()).isNotBlank().doesNotContain("null");
  }

  @Test
  void whatTheDaemonSaysIsSaid() {
    assertThat(sentence(Status.NOT_FOUND.withDescription("There is no image 'a': import it.")))
        .isEqualTo("there is no image 'a': import it");
    assertThat(sentence(Status.INTERNAL.withDescription("OCI runtime met a bug.")))
        .isEqualTo("OCI runtime met a bug");
    assertThat(sentence(Status.UNAVAILABLE.withDescription("The disk failed.")))
        .isEqualTo("the disk failed");
  }

  @Test
  void whatTheTransportSaysIsNot() {
    Status broken =
        Status.UNAVAILABLE
            .withDescription("End of stream or IOException")
            .withCause(new IOException("x"));
    assertThat(sentence(broken)).startsWith("the connection to the daemon at /s broke");
    assertThat(sentence(broken.withCause(null)))
        .startsWith("the connection to the daemon at /s broke");
  }

  private String sentence(Status status) {
    return translation.failure(status.asException()).sentence();
  }
}
