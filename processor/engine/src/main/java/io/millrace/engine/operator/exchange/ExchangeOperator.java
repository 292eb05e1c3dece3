package io.millrace.engine.operator.exchange;

import io.millrace.engine.operator.Operator;
import io.millrace.engine.operator.OperatorContext;
import io.millrace.engine.operator.OperatorFactory;
import io.millrace.engine.operator.Origin;
import io.millrace.engine.operator.Output;
import io.millrace.engine.operator.RecordHeader;
import io.millrace.engine.operator.RecordTooLargeException;
import io.millrace.engine.operator.Tally;
import io.millrace.engine.topology.Exchange;
import io.millrace.serde.KeyCodec;
import io.millrace.serde.Row;
import io.millrace.serde.RowType;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Writes rows to a repartition topic, each to the partition of its key. The watermarks are the task's to send. */
public final class ExchangeOperator implements Operator {
    private final Exchange exchange;
    private final OperatorContext context;
    private final int partitions;
    private final KeyCodec keys;
    private final ExchangeCodec codec;
    private final Tally exchanged;
    private final @Nullable Object[] key;

    /** Before it is known, every row may be behind it. */
    private long watermarkMs = Long.MAX_VALUE;

    private ExchangeOperator(Exchange exchange, OperatorContext context) {
        this.exchange = exchange;
        this.context = context;
        this.partitions = context.partitions(exchange.topic());
        this.keys = new KeyCodec(new RowType(
                exchange.key().stream().map(exchange.columns()::column).toList()));
        this.codec = new ExchangeCodec(exchange.columns());
        this.exchanged = context.tally(Tally.Kind.EXCHANGED, exchange.name());
        this.key = new Object[exchange.key().size()];
    }

    public static OperatorFactory of(Exchange exchange) {
        return context -> new ExchangeOperator(exchange, context);
    }

    @Override
    public void process(int port, Row row, Output out) {
        for (int i = 0; i < key.length; i++) {
            key[i] = row.value(exchange.key().get(i));
        }
        byte[] keyBytes = keys.encode(key);
        try {
            context.sender()
                    .send(
                            exchange.topic(),
                            KeyHash.partition(keyBytes, partitions),
                            row.timeMs(),
                            keyBytes,
                            codec.encode(row),
                            headers(row));
        } catch (RecordTooLargeException e) {
            context.failed(exchange.name(), e);
            return;
        }
        exchanged.add(1);
    }

    @Override
    public boolean advance(long watermarkMs, Output out) {
        this.watermarkMs = watermarkMs;
        return true;
    }

    /**
     * The stage behind goes by a watermark that is never ahead of the one it was last sent from here, unless this task has been idle. So only
     * the rows at or behind that one can be late there, and are worth what it costs to take their record along.
     */
    private List<RecordHeader> headers(Row row) {
        if (!exchange.carriesOrigins() || (row.timeMs() > watermarkMs && !context.mayTrail())) {
            return List.of();
        }
        Origin origin = context.origin();
        return origin == null ? List.of() : List.of(new RecordHeader(OriginCodec.HEADER, OriginCodec.encode(origin)));
    }
}
