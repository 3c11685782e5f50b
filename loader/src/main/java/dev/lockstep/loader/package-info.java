/**
 * Files in, verified weights out. The one way in is
 * bytes → {@link dev.lockstep.loader.VerifiedCheckpoint} → {@link dev.lockstep.loader.Weights}:
 *
 * <ol>
 *   <li>{@link dev.lockstep.loader.CheckpointLoader} opens the file once and copies it into private memory while hashing the copy;
 *   <li>the digest is compared with the signed manifest: the bytes that were verified are the bytes that are used;
 *   <li>only then the header is parsed, under {@link dev.lockstep.loader.LoadLimits};
 *   <li>tensors are woven into panels in the caller's arena, and the private copy is zeroed piece by piece behind them.
 * </ol>
 *
 * <p>A {@code VerifiedCheckpoint} has no public constructor, so weights that nobody verified cannot be loaded by forgetting a
 * check; doing without a signature is an explicit {@link dev.lockstep.loader.TrustPolicy}.
 */
package dev.lockstep.loader;
