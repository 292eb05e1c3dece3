package io.millrace.benchmarks.peers;

import io.millrace.benchmarks.bids.FilterOracle;
import io.millrace.benchmarks.bids.WindowOracle;
import io.millrace.benchmarks.peers.BidJson.Bid;
import io.millrace.benchmarks.peers.BidJson.WindowTotals;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Properties;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.EmitStrategy;
import org.apache.kafka.streams.kstream.Grouped;
import org.apache.kafka.streams.kstream.KStream;
import org.apache.kafka.streams.kstream.Materialized;
import org.apache.kafka.streams.kstream.Produced;
import org.apache.kafka.streams.kstream.TimeWindows;

/**
 * The two works in Kafka Streams' DSL. In work b only the auction and the price go through the repartition topic, the event time
 * as the record's timestamp, and an accumulator takes 16 bytes.
 */
final class StreamsTopology {
    private final BidJson json = new BidJson();
    private final Serde<Bid> bid =
            Serdes.serdeFrom((topic, value) -> json.write(value), (topic, bytes) -> json.read(bytes));

    private StreamsTopology() {}

    static Topology of(PeerArguments arguments, Properties config) {
        StreamsBuilder builder = new StreamsBuilder();
        StreamsTopology works = new StreamsTopology();
        switch (arguments.work()) {
            case "a" -> works.filter(builder, arguments);
            case "b" -> works.windows(builder, arguments);
            default -> throw new IllegalArgumentException("there is no work " + arguments.work());
        }
        return builder.build(config);
    }

    private void filter(StreamsBuilder builder, PeerArguments arguments) {
        builder.stream(arguments.input(), Consumed.with(Serdes.ByteArray(), bid))
                .filter((key, value) -> value.price() >= FilterOracle.MIN_PRICE)
                .to(arguments.output(), Produced.with(Serdes.ByteArray(), bid));
    }

    private void windows(StreamsBuilder builder, PeerArguments arguments) {
        Consumed<byte[], Bid> consumed = Consumed.with(Serdes.ByteArray(), bid)
                .withTimestampExtractor((record, partitionTime) -> ((Bid) record.value()).dateTimeMs());
        KStream<Long, Long> prices = builder.stream(arguments.input(), consumed)
                .map((key, value) -> KeyValue.pair(value.auction(), value.price()));
        Serde<WindowTotals> totals = Serdes.serdeFrom((topic, value) -> json.write(value), (topic, bytes) -> {
            throw new UnsupportedOperationException("results are only written");
        });
        prices.groupByKey(Grouped.with(Serdes.Long(), Serdes.Long()))
                .windowedBy(TimeWindows.ofSizeAndGrace(
                        Duration.ofMillis(WindowOracle.WINDOW_MS), Duration.ofMillis(arguments.graceMs())))
                .emitStrategy(arguments.finalResults() ? EmitStrategy.onWindowClose() : EmitStrategy.onWindowUpdate())
                .aggregate(
                        () -> new CountAndSum(0, 0),
                        (auction, price, sum) -> new CountAndSum(sum.count() + 1, sum.sum() + price),
                        Materialized.with(Serdes.Long(), CountAndSum.SERDE))
                .toStream()
                .map((key, sum) -> KeyValue.pair(
                        key.key(),
                        new WindowTotals(
                                key.key(), key.window().start(), key.window().end(), sum.count(), sum.sum())))
                .to(arguments.output(), Produced.with(Serdes.Long(), totals));
    }

    private record CountAndSum(long count, long sum) {
        static final Serde<CountAndSum> SERDE = Serdes.serdeFrom(
                (topic, value) -> ByteBuffer.allocate(2 * Long.BYTES)
                        .putLong(value.count)
                        .putLong(value.sum)
                        .array(),
                (topic, bytes) -> {
                    ByteBuffer buffer = ByteBuffer.wrap(bytes);
                    return new CountAndSum(buffer.getLong(), buffer.getLong());
                });
    }
}
