package io.millrace.plan;

import io.millrace.config.Environment;
import io.millrace.config.JobReader;
import io.millrace.config.JobSpec;
import io.millrace.engine.operator.Operator;
import io.millrace.engine.operator.OperatorContext;
import io.millrace.engine.operator.Output;
import io.millrace.serde.Column;
import io.millrace.serde.DataType.Scalar;
import io.millrace.serde.Row;
import io.millrace.serde.RowType;
import io.millrace.serde.registry.SchemaRegistry;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Plans jobs from their text, in surroundings that are the same everywhere. */
final class Jobs {
    private Jobs() {}

    static Plan plan(String yaml) {
        return Planner.plan(read(yaml), new Catalog(), new CustomCode());
    }

    static JobSpec read(String yaml) {
        return JobReader.read("job.yaml", yaml, new Surroundings());
    }

    /** Knows the columns of the sources called {@code orders}, and no registry. */
    private static final class Catalog implements SchemaCatalog {
        @Override
        public RowType columnsOf(JobSpec.Source source) {
            if (source.name().value().equals("orders")) {
                return RowType.of(new Column("order_id", Scalar.STRING, false), new Column("amount", Scalar.DOUBLE));
            }
            return SchemaCatalog.none().columnsOf(source);
        }

        @Override
        public SchemaRegistry registry() {
            return new SchemaRegistry() {
                @Override
                public String schemaById(int id) {
                    throw new IllegalStateException("planning reads no records");
                }

                @Override
                public @Nullable Registered latest(String subject) {
                    return null;
                }

                @Override
                public int register(String subject, String schemaType, String schema) {
                    throw new IllegalStateException("planning writes no records");
                }
            };
        }
    }

    /** Knows one class, which gives long texts to a side output and can only be told how long that is. */
    private static final class CustomCode implements ProcessCatalog {
        @Override
        public ProcessDefinition open(JobSpec.Process step, RowType input) {
            String name = step.className().value();
            if (!name.equals("shop.Splitter")) {
                throw new IllegalArgumentException("no class " + name + " in /jobs/plugins");
            }
            Map<String, RowType> sides = new LinkedHashMap<>();
            sides.put("long", RowType.of(new Column("text", Scalar.STRING), new Column("length", Scalar.INT)));
            sides.put("empty", RowType.of(new Column("place", Scalar.INT)));
            return new ProcessDefinition(
                    RowType.of(new Column("text", Scalar.STRING)), sides, false, List.of("longest"), Splitter::new);
        }
    }

    /** Takes the first column for the text. */
    private static final class Splitter implements Operator {
        Splitter(OperatorContext context) {}

        @Override
        public void process(int port, Row row, Output out) {
            String text = String.valueOf(row.value(0));
            if (text.length() > 3) {
                out.side("long").emit(row.with(new Object[] {text, text.length()}));
            } else {
                out.emit(row.with(new Object[] {text}));
            }
        }
    }

    private static final class Surroundings implements Environment {
        @Override
        public @Nullable String variable(String name) {
            return null;
        }

        @Override
        public String file(Path path) {
            throw new IllegalStateException("no file " + path);
        }

        @Override
        public int cores() {
            return 2;
        }

        @Override
        public Path workingDirectory() {
            return Path.of("/jobs");
        }
    }
}
