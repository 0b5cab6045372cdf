import type { EngineSettings } from '#lib/simulator/engine-settings.ts';
import type { PageLayout } from '#lib/simulator/print/page.ts';

/** `vllm:cache_config_info`: every field of CacheConfig as text, so the labels say which release it is. */
export function addCacheConfig(
  page: PageLayout,
  engines: readonly EngineSettings[],
  kind: 'v0' | 'v1' | 'v1-engine',
): void {
  page.family('vllm:cache_config_info', 'gauge', 'Information of the LLMEngine CacheConfig');
  const shown = kind === 'v1-engine' ? engines : engines.slice(0, 1);
  for (const engine of shown) {
    const caching = engine.prefixHit === null ? 'False' : 'True';
    const text =
      kind === 'v0'
        ? `block_size="${engine.blockTokens}",cache_dtype="auto",cpu_offload_gb="0",enable_prefix_caching="${caching}",gpu_memory_utilization="0.9",is_attention_free="False",num_cpu_blocks="2048",num_gpu_blocks="${engine.kvBlocks}",num_gpu_blocks_override="None",sliding_window="None",swap_space_bytes="4294967296"`
        : `block_size="${engine.blockTokens}",cache_dtype="auto",calculate_kv_scales="False",cpu_kvcache_space_bytes="None",cpu_offload_gb="0",enable_prefix_caching="${caching}",${kind === 'v1-engine' ? `engine="${engine.rank}",` : ''}gpu_memory_utilization="0.9",is_attention_free="False",kv_cache_memory_bytes="None",kv_sharing_fast_prefill="False",mamba_block_size="None",mamba_cache_dtype="auto",mamba_page_size_padded="None",mamba_ssm_cache_dtype="auto",num_cpu_blocks="None",num_gpu_blocks="${engine.kvBlocks}",num_gpu_blocks_override="None",prefix_caching_hash_algo="builtin",sliding_window="None",swap_space="4.0",swap_space_bytes="4294967296",user_specified_block_size="False"`;
    page.fixed(`vllm:cache_config_info{${text}} 1.0\n`);
  }
}
