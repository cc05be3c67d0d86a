import com.sun.management.OperatingSystemMXBean;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.TreeMap;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.functions.AggregateFunction;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.functions.RichMapFunction;
import org.apache.flink.api.common.state.CheckpointListener;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.connector.datagen.source.DataGeneratorSource;
import org.apache.flink.connector.datagen.source.GeneratorFunction;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.legacy.SinkFunction;
import org.apache.flink.streaming.api.functions.windowing.ProcessWindowFunction;
import org.apache.flink.streaming.api.windowing.assigners.TumblingEventTimeWindows;
import org.apache.flink.streaming.api.windowing.windows.TimeWindow;
import org.apache.flink.util.Collector;

/**
 * The Yahoo streaming benchmark on Flink, over rows in memory: views, ad to campaign, a count per campaign and 10 seconds.
 *
 * <p>The rows are arrays of long, filled before the clock starts; the source moves each into one object (object reuse). Checkpoints of
 * hash maps go to files. The job runs
 * once over fewer rows first, so that the classes are loaded and the code is compiled, and then with the clock: from the first row
 * that the source gives until the job has ended.
 */
public class FlinkYahoo {
  static final int ADS = 1000;
  static final long START = 1_700_000_000_000L;

  /** A row, as the source gives it. */
  public static class Event {
    public long ad;
    public long type;
    public long time;
  }

  /** A view of a campaign. */
  public static class Joined {
    public long campaign;
    public long time;
  }

  static long[] ads;
  static long[] types;
  static long[] times;
  static final long[] clock = new long[2];
  static volatile int commits;

  /** Gives the row of a number: the arrays' longs in one object. */
  static class Rows implements GeneratorFunction<Long, Event> {
    private transient Event event;

    @Override
    public Event map(Long number) {
      if (event == null) {
        event = new Event();
        startClock();
      }
      fill(event, number.intValue());
      return event;
    }
  }

  /** The join with the table of campaigns, which every task has. It counts the checkpoints that are complete. */
  static class Campaigns extends RichMapFunction<Event, Joined> implements CheckpointListener {
    private transient long[] campaigns;
    private transient Joined joined;

    @Override
    public void open(OpenContext context) {
      campaigns = new long[ADS];
      for (int ad = 0; ad < ADS; ad++) campaigns[ad] = ad / 10;
      joined = new Joined();
    }

    @Override
    public Joined map(Event event) {
      joined.campaign = campaigns[(int) event.ad];
      joined.time = event.time;
      return joined;
    }

    @Override
    public void notifyCheckpointComplete(long checkpoint) {
      commits++;
    }
  }

  static class Count implements AggregateFunction<Joined, Long, Long> {
    @Override
    public Long createAccumulator() {
      return 0L;
    }

    @Override
    public Long add(Joined row, Long count) {
      return count + 1;
    }

    @Override
    public Long getResult(Long count) {
      return count;
    }

    @Override
    public Long merge(Long left, Long right) {
      return left + right;
    }
  }

  /** A row of the result: campaign, start of the window, count. */
  static class Named extends ProcessWindowFunction<Long, long[], Long, TimeWindow> {
    @Override
    public void process(Long campaign, Context context, Iterable<Long> counts, Collector<long[]> out) {
      for (long count : counts) out.collect(new long[] {campaign, context.window().getStart(), count});
    }
  }

  static final TreeMap<String, long[]> results = new TreeMap<>();

  static class Results implements SinkFunction<long[]> {
    @Override
    public void invoke(long[] row, Context context) {
      synchronized (results) {
        results.put(row[0] + "," + row[1], row);
      }
    }
  }

  static void run(String source, int rows, String interval, Path checkpoints) throws Exception {
    Configuration configuration = new Configuration();
    configuration.setString("state.backend.type", "hashmap");
    configuration.setString("pipeline.object-reuse", "true");
    configuration.setString("execution.checkpointing.storage", "filesystem");
    configuration.setString("execution.checkpointing.dir", checkpoints.toUri().toString());
    if (!interval.equals("none")) configuration.setString("execution.checkpointing.interval", interval);
    StreamExecutionEnvironment environment = StreamExecutionEnvironment.createLocalEnvironment(1, configuration);
    DataStream<Event> events =
        source.equals("loop")
            ? environment.addSource(new LoopSource(rows), TypeInformation.of(Event.class))
            : environment.fromSource(
                new DataGeneratorSource<>(new Rows(), rows, TypeInformation.of(Event.class)),
                WatermarkStrategy.<Event>forMonotonousTimestamps().withTimestampAssigner((event, before) -> event.time),
                "rows");
    events
        .filter(event -> event.type == 0)
        .map(new Campaigns())
        .keyBy(row -> row.campaign)
        .window(TumblingEventTimeWindows.of(java.time.Duration.ofSeconds(10)))
        .aggregate(new Count(), new Named())
        .addSink(new Results());
    environment.execute("ysb");
  }

  static void fill(Event event, int row) {
    event.ad = ads[row];
    event.type = types[row];
    event.time = times[row];
  }

  static void startClock() {
    clock[0] = cpu();
    clock[1] = System.nanoTime();
  }

  static long cpu() {
    return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getProcessCpuTime();
  }

  /** Arguments: rows, the interval of checkpoints (1s, 10ms, none), a directory for them, the file of the result, generator or loop. */
  public static void main(String[] arguments) throws Exception {
    int rows = Integer.parseInt(arguments[0]);
    ads = new long[rows];
    types = new long[rows];
    times = new long[rows];
    for (int row = 0; row < rows; row++) {
      ads[row] = ad(row);
      types[row] = row % 3;
      times[row] = START + row / 1000;
    }
    Path checkpoints = Path.of(arguments[2]).toAbsolutePath();
    run(arguments[4], Math.min(rows, 3_000_000), arguments[1], checkpoints);
    results.clear();
    commits = 0;
    run(arguments[4], rows, arguments[1], checkpoints);
    double cpu = (cpu() - clock[0]) / 1e9;
    double wall = (System.nanoTime() - clock[1]) / 1e9;
    try (PrintWriter file = new PrintWriter(arguments[3])) {
      for (long[] row : results.values()) file.println(row[0] + "," + row[1] + "," + row[2]);
    }
    System.out.printf("{\"rows\":%d,\"cpu_s\":%.6f,\"wall_s\":%.6f,\"commits\":%d}%n", rows, cpu, wall, commits);
  }

  /** The ad of a row: that of the number by splitmix64. */
  static long ad(long row) {
    long word = (row + 1) * 0x9E3779B97F4A7C15L;
    word = (word ^ (word >>> 30)) * 0xBF58476D1CE4E5B9L;
    word = (word ^ (word >>> 27)) * 0x94D049BB133111EBL;
    return ((word ^ (word >>> 31)) >>> 33) % ADS;
  }
}
