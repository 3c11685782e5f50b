package dev.lockstep.kernel.internal.scalar;

import dev.lockstep.quant.DType;
import dev.lockstep.quant.LittleEndian;
import dev.lockstep.quant.PanelLayout;
import java.lang.foreign.MemorySegment;

/**
 * The dot product of one row of a panel with one activation row, one method per type. A block's products are summed in column
 * order with fused multiply-adds and then added to the total, times the block's scale: the order that the vector kernels
 * follow in every lane.
 */
@FunctionalInterface
interface ScalarDot {
    /**
     * @param panels memory of all panels
     * @param panelOffset byte offset of the panel
     * @param lane which row of the panel
     * @param x float32 activations, {@code layout.columns()} values from {@code xOffset} bytes
     */
    float row(MemorySegment panels, long panelOffset, int lane, PanelLayout layout, MemorySegment x, long xOffset);

    static ScalarDot of(DType type) {
        return switch (type) {
            case F32 -> ScalarDot::f32;
            case F16 -> ScalarDot::f16;
            case BF16 -> ScalarDot::bf16;
            case Q8_0 -> ScalarDot::q8_0;
            case Q4_0 -> ScalarDot::q4_0;
            default -> throw new IllegalArgumentException("type=" + type + " has no kernel");
        };
    }

    private static float f32(MemorySegment panels, long panelOffset, int lane, PanelLayout layout, MemorySegment x,
            long xOffset) {
        float sum = 0;
        for (long column = 0; column < layout.columns(); column++) {
            long at = panelOffset + column * layout.blockStride() + (long) lane * Float.BYTES;
            sum = Math.fma(panels.get(LittleEndian.FLOAT, at), activation(x, xOffset, column), sum);
        }
        return sum;
    }

    private static float f16(MemorySegment panels, long panelOffset, int lane, PanelLayout layout, MemorySegment x,
            long xOffset) {
        float sum = 0;
        for (long column = 0; column < layout.columns(); column++) {
            long at = panelOffset + column * layout.blockStride() + (long) lane * Short.BYTES;
            sum = Math.fma(half(panels, at), activation(x, xOffset, column), sum);
        }
        return sum;
    }

    private static float bf16(MemorySegment panels, long panelOffset, int lane, PanelLayout layout, MemorySegment x,
            long xOffset) {
        float sum = 0;
        for (long column = 0; column < layout.columns(); column++) {
            long at = panelOffset + column * layout.blockStride() + (long) lane * Short.BYTES;
            float weight = Float.intBitsToFloat(panels.get(LittleEndian.SHORT, at) << Short.SIZE);
            sum = Math.fma(weight, activation(x, xOffset, column), sum);
        }
        return sum;
    }

    private static float q8_0(MemorySegment panels, long panelOffset, int lane, PanelLayout layout, MemorySegment x,
            long xOffset) {
        int rows = layout.panelRows();
        float sum = 0;
        for (long block = 0; block < layout.rowBlocks(); block++) {
            long scaleAt = panelOffset + block * layout.blockStride() + (long) lane * Short.BYTES;
            long quantsAt = panelOffset + block * layout.blockStride() + (long) rows * Short.BYTES + lane;
            float products = 0;
            for (int i = 0; i < 32; i++) {
                byte quant = panels.get(LittleEndian.BYTE, quantsAt + (long) i * rows);
                products = Math.fma(quant, activation(x, xOffset, block * 32 + i), products);
            }
            sum = Math.fma(products, half(panels, scaleAt), sum);
        }
        return sum;
    }

    private static float q4_0(MemorySegment panels, long panelOffset, int lane, PanelLayout layout, MemorySegment x,
            long xOffset) {
        int rows = layout.panelRows();
        float sum = 0;
        for (long block = 0; block < layout.rowBlocks(); block++) {
            long scaleAt = panelOffset + block * layout.blockStride() + (long) lane * Short.BYTES;
            long quantsAt = panelOffset + block * layout.blockStride() + (long) rows * Short.BYTES + lane;
            float products = 0;
            for (int i = 0; i < 16; i++) {
                int pair = panels.get(LittleEndian.BYTE, quantsAt + (long) i * rows) & 0xFF;
                products = Math.fma((pair & 0xF) - 8, activation(x, xOffset, block * 32 + i), products);
                products = Math.fma((pair >> 4) - 8, activation(x, xOffset, block * 32 + 16 + i), products);
            }
            sum = Math.fma(products, half(panels, scaleAt), sum);
        }
        return sum;
    }

    private static float half(MemorySegment panels, long at) {
        return Float.float16ToFloat(panels.get(LittleEndian.SHORT, at));
    }

    private static float activation(MemorySegment x, long xOffset, long index) {
        return x.get(LittleEndian.FLOAT, xOffset + index * Float.BYTES);
    }
}
