package ctrenc.overlay.fuse.kernel;

import ctrenc.overlay.fuse.KeepAwake;
import ctrenc.overlay.fuse.uring.UringTransport;
import java.io.IOException;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;

/** For tests whose requests come by io_uring: skipped, and the reason told, where none do. */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(NeedsRing.Condition.class)
@interface NeedsRing {

  /** Asks the host as the transport itself does. */
  final class Condition implements ExecutionCondition {

    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
      try (UringTransport transport = new UringTransport(0, KeepAwake.AUTO)) {
        return ConditionEvaluationResult.enabled(transport + " can be had");
      } catch (IOException refusal) {
        System.out.println("skipped: " + refusal.getMessage());
        return ConditionEvaluationResult.disabled(refusal.getMessage());
      }
    }
  }
}
