import { useTranslations } from 'next-intl'
import { Skeleton } from '#components/ui/Skeleton.tsx'

export default function Loading() {
  return <Skeleton label={useTranslations('common')('loading')} />
}
