package ctrenc.e2e.bench;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.Collection;
import java.util.List;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.infra.IterationParams;
import org.openjdk.jmh.profile.InternalProfiler;
import org.openjdk.jmh.results.AggregationPolicy;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.ScalarResult;

/**
 * CPU time per operation, of the whole process: what one thread's operation costs on a machine that
 * has other work too. Of all iterations the least counts, since a busy neighbour only adds.
 */
public final class CpuTimeProfiler implements InternalProfiler {

  /** The name of the result, in nanoseconds. */
  static final String RESULT = "cpu";

  private final OperatingSystemMXBean system =
      ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
  private long before;

  @Override
  public String getDescription() {
    return "CPU time per operation";
  }

  @Override
  public void beforeIteration(BenchmarkParams benchmark, IterationParams iteration) {
    before = system.getProcessCpuTime();
  }

  @Override
  public Collection<ScalarResult> afterIteration(
      BenchmarkParams benchmark, IterationParams iteration, IterationResult result) {
    double perOperation =
        (double) (system.getProcessCpuTime() - before) / result.getMetadata().getAllOps();
    return List.of(new ScalarResult(RESULT, perOperation, "ns/op", AggregationPolicy.MIN));
  }
}
