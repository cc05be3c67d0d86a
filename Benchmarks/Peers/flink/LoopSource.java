import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.runtime.state.FunctionInitializationContext;
import org.apache.flink.runtime.state.FunctionSnapshotContext;
import org.apache.flink.streaming.api.checkpoint.CheckpointedFunction;
import org.apache.flink.streaming.api.functions.source.legacy.RichSourceFunction;
import org.apache.flink.streaming.api.watermark.Watermark;

/**
 * A source in the manner that Flink has deprecated: a loop that gives a thousand rows at a time under the lock of checkpoints.
 *
 * <p>It costs less for each row than a source as the documentation advises, so both are measured.
 */
class LoopSource extends RichSourceFunction<FlinkYahoo.Event> implements CheckpointedFunction {
  private final int count;
  private volatile boolean runs = true;
  private int position;
  private transient ListState<Integer> positions;

  LoopSource(int count) {
    this.count = count;
  }

  @Override
  public void run(SourceContext<FlinkYahoo.Event> context) {
    FlinkYahoo.startClock();
    FlinkYahoo.Event event = new FlinkYahoo.Event();
    while (runs && position < count) {
      synchronized (context.getCheckpointLock()) {
        int end = Math.min(position + 1000, count);
        for (; position < end; position++) {
          FlinkYahoo.fill(event, position);
          context.collectWithTimestamp(event, event.time);
        }
        context.emitWatermark(new Watermark(event.time - 1));
      }
    }
  }

  @Override
  public void cancel() {
    runs = false;
  }

  @Override
  public void snapshotState(FunctionSnapshotContext context) throws Exception {
    positions.clear();
    positions.add(position);
  }

  @Override
  public void initializeState(FunctionInitializationContext context) throws Exception {
    positions = context.getOperatorStateStore().getListState(new ListStateDescriptor<>("position", Integer.class));
    for (int each : positions.get()) position = each;
  }
}
