package io.millrace.engine.operator.process;

import io.millrace.api.Declaration;
import io.millrace.engine.operator.Output;
import io.millrace.serde.Row;
import io.millrace.serde.RowType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What a call of custom code has emitted, by all ways out in one order, until it is known that it counts. */
final class Emissions {
    private final Map<String, StepEmitter> sides = new LinkedHashMap<>();
    private final StepEmitter main;
    private final List<Row> rows = new ArrayList<>();
    private final List<StepEmitter> ways = new ArrayList<>();

    /** @param connected the side outputs that are read; rows for others are dropped */
    Emissions(Call call, Declaration declaration, Set<String> connected) {
        this.main = new StepEmitter(this, call, null, true, declaration.output());
        for (Map.Entry<String, RowType> side : declaration.sides().entrySet()) {
            String name = side.getKey();
            sides.put(name, new StepEmitter(this, call, name, connected.contains(name), side.getValue()));
        }
    }

    StepEmitter main() {
        return main;
    }

    StepEmitter side(String name) {
        StepEmitter side = sides.get(name);
        if (side == null) {
            throw new IllegalArgumentException("there is no side output \"" + name + "\" among those declared: "
                    + (sides.isEmpty() ? "none is" : String.join(", ", sides.keySet())));
        }
        return side;
    }

    void add(StepEmitter way, Row row) {
        rows.add(row);
        ways.add(way);
    }

    /** Sends everything on its way. */
    void release(Output out) {
        for (int i = 0; i < rows.size(); i++) {
            String side = ways.get(i).side();
            (side == null ? out : out.side(side)).emit(rows.get(i));
        }
        discard();
    }

    void discard() {
        main.restart();
        sides.values().forEach(StepEmitter::restart);
        rows.clear();
        ways.clear();
    }
}
